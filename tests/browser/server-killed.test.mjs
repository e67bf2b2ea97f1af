// The server is killed at every step of a visitor at the widget with a helper at the console.

import { ALL, SOME, tellOf } from "./killing.mjs";
import { ConsoleHelper, TerminalHelper, TerminalVisitor, WidgetVisitor } from "./sides.mjs";

tellOf(WidgetVisitor, ConsoleHelper, ALL);
tellOf(WidgetVisitor, TerminalHelper, SOME);
