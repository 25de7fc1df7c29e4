const response = await fetch("./state");
const { shown } = await response.json();
const line = document.createElement("p");
line.textContent = shown ? `Round ${shown.id}, ${shown.at}` : "No round has closed yet.";
document.querySelector("main").append(line);
