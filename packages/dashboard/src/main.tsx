import { render } from "preact";
import { App } from "./components/app.tsx";
import { startFollowing } from "./store/live.ts";
import { startLoadingMesh } from "./store/mesh.ts";
import { startLoadingTimeline } from "./store/timeline.ts";
import "./styles/colours.css";
import "./styles/page.css";
import "./styles/header.css";
import "./styles/first-line.css";
import "./styles/findings.css";
import "./styles/mesh.css";
import "./styles/timeline.css";
import "./styles/node.css";

startFollowing();
startLoadingMesh();
startLoadingTimeline();
render(<App />, document.querySelector("#page")!);
