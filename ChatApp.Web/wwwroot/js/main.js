// @ts-check
// Starts what the page has. Every page works without any of this.
import { startAccountForms } from "./controllers/account-forms.js";
import { startCodeBlocks } from "./controllers/code-blocks.js";
import { startConversation } from "./controllers/conversation-page.js";
import { startCopying } from "./controllers/copying.js";
import { startDialogs } from "./controllers/dialogs.js";
import { startSessionActions } from "./controllers/session-actions.js";
import { startShortcuts } from "./controllers/shortcuts.js";
import { startSidebar } from "./controllers/sidebar.js";
import { startThemeChoice } from "./controllers/theme-choice.js";
import { startToasts } from "./controllers/toasts.js";
import { startTools } from "./controllers/tools.js";
import { startTimes } from "./helpers/times.js";

startTimes();
startDialogs();
startToasts();
startTools();
startAccountForms();
startThemeChoice();
startCopying();
startSidebar();
startSessionActions();
startConversation();
startShortcuts();
startCodeBlocks();
