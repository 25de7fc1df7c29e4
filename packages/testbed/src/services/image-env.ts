/**
 * What the images set in the services' environment beside Node's own options, so that what runs here has their
 * memory. glibc keeps an arena of memory for each thread otherwise; and once it has given a round's columns back
 * to the system, it would keep all later ones among its small blocks, in holes that nothing else fits.
 */
export const IMAGE_ENV = { MALLOC_ARENA_MAX: "1", MALLOC_MMAP_THRESHOLD_: "131072" };
