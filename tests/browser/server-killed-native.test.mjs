// The server is killed at every step of a native visitor with a native helper.

import { ALL, SOME, tellOf } from "./killing.mjs";
import { ConsoleHelper, TerminalHelper, TerminalVisitor, WidgetVisitor } from "./sides.mjs";

tellOf(TerminalVisitor, TerminalHelper, ALL);
tellOf(TerminalVisitor, ConsoleHelper, SOME);
