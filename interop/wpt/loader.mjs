// Gives workers their scripts.
import { loadFrom } from './suite.mjs';

export const load = (url) => loadFrom(process.env.WPT_ROOT, url);
