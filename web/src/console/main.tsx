// The helper's console: takes the invite out of the address bar before anything else, then shows the app.

import { render } from "preact";

import { App } from "./app";
import { takeInvite } from "./arrival";
import "./console.css";

const invite = takeInvite(location, history);
const root = document.getElementById("console");
if (root !== null) render(<App invite={invite} />, root);
