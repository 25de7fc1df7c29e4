/**
 * The chance of `least` or more among `trials` that each come with the probability `share`: the upper
 * tail of the binomial distribution, its first term by logarithms and the others from it.
 */
export function chanceOfAtLeast(least: number, trials: number, share: number): number {
  if (least <= 0) return 1;
  if (least > trials || share <= 0) return 0;
  if (share >= 1) return 1;
  let logTerm = least * Math.log(share) + (trials - least) * Math.log1p(-share);
  for (let i = 1; i <= least; i += 1) logTerm += Math.log((trials - least + i) / i);
  const first = Math.exp(logTerm);
  let sum = first;
  let term = first;
  for (let k = least; k < trials && (term > sum * 1e-12 || k < trials * share); k += 1) {
    term *= ((trials - k) / (k + 1)) * (share / (1 - share));
    sum += term;
  }
  return Math.min(1, sum);
}
