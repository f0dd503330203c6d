// Imported before everything that derives from EventTarget.
import { installEvents } from './event_target.mjs';

installEvents();
