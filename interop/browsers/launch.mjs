// Starts and ends the parties: browsers with a page, programs with the address to connect to.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** Launching competes with builds for the processor on a small machine. */
const LAUNCH = 120_000;

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--no-proxy-server',
  '--autoplay-policy=no-user-gesture-required',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection',
];

const FIREFOX_PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.default_address_only': false,
  'media.gmp-manager.updateEnabled': false,
  'app.update.enabled': false,
  'network.proxy.type': 0,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'datareporting.healthreport.uploadEnabled': false,
  'toolkit.telemetry.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'extensions.getAddons.cache.enabled': false,
  'services.settings.server': 'data:,',
};

/**
 * Starts a party: `chromium`, `firefox`, or `cmd:` and a command line that gets the address of the
 * party's WebSocket as its last argument. Resolves once it has said hello.
 */
export async function launch(kind, place, { verbose = false } = {}) {
  const party = await start(kind, place, verbose);
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`${kind} did not say hello`)), LAUNCH); });
  try {
    const hello = await Promise.race([place.hello, late, party.gone]);
    return { ...party, name: party.browser ?? hello.name, version: party.version ?? hello.version };
  } catch (error) {
    await party.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function start(kind, place, verbose) {
  if (kind === 'chromium') return chromium(place, verbose);
  if (kind === 'firefox') return firefox(place, verbose);
  if (kind.startsWith('cmd:')) return command(kind.slice(4), place);
  throw new Error(`no such party: ${kind}`);
}

const never = new Promise(() => {});

async function profile() {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'interop-'));
  const remove = () => rm(directory, { recursive: true, force: true, maxRetries: 10 }).catch(() => {});
  return { directory, remove };
}

/** Starts Chromium with one page, for tests that drive the page themselves. */
export async function launchPage(url) {
  const place = { name: 'page', page: url };
  const { browser, remove, page, version } = await startChromium(place, false);
  return { page, version, close: () => end(browser, remove) };
}

async function chromium(place, verbose) {
  const { browser, remove, version } = await startChromium(place, verbose);
  return { browser: 'chromium', version, gone: never, close: () => end(browser, remove) };
}

async function startChromium(place, verbose) {
  const { default: puppeteer } = await import('puppeteer-core');
  const { directory, remove } = await profile();
  const browser = await puppeteer.launch({
    browser: 'chrome',
    executablePath: CHROMIUM,
    headless: true,
    userDataDir: directory,
    args: CHROMIUM_FLAGS,
    ignoreDefaultArgs: ['--mute-audio', '--hide-scrollbars'],
    timeout: LAUNCH,
    protocolTimeout: LAUNCH,
  });
  const page = await openPage(browser, place, verbose);
  const agent = await page.evaluate(() => navigator.userAgentData.getHighEntropyValues(['fullVersionList']));
  const brand = agent.fullVersionList.find(({ brand }) => brand === 'Chromium');
  return { browser, remove, page, version: brand?.version };
}

async function firefox(place, verbose) {
  const { default: puppeteer } = await import('puppeteer-core');
  const { directory, remove } = await profile();
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: FIREFOX,
    headless: true,
    userDataDir: directory,
    extraPrefsFirefox: FIREFOX_PREFERENCES,
    env: { ...process.env, MOZ_HEADLESS: '1', HOME: directory },
    timeout: LAUNCH,
    protocolTimeout: LAUNCH,
  });
  await openPage(browser, place, verbose);
  const version = (await browser.version()).replace(/^firefox\//i, '');
  return { browser: 'firefox', version, gone: never, close: () => end(browser, remove) };
}

async function openPage(browser, place, verbose) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(`${place.name}: ${error.message}`));
  if (verbose) page.on('console', (message) => console.error(`${place.name}: ${message.text()}`));
  await page.goto(place.page, { timeout: LAUNCH });
  return page;
}

async function end(browser, removeProfile) {
  await browser.close().catch(() => {});
  await removeProfile();
}

function command(line, place) {
  // A group of its own, so that all it started can be ended with it.
  const child = spawn('sh', ['-c', `exec ${line} ${place.url}`], { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  // What a program prints is for people: results go through the WebSocket.
  let ended = false;
  const exit = new Promise((resolve) => child.on('close', (code) => { ended = true; resolve(code); }));
  const gone = exit.then((code) => { throw new Error(`${line} ended with ${code}`); });
  gone.catch(() => {});
  return {
    gone,
    async close() {
      if (ended) return;
      const signal = (name) => { try { process.kill(-child.pid, name); } catch { /* gone already */ } };
      signal('SIGTERM');
      const timer = setTimeout(() => signal('SIGKILL'), 5000);
      await exit;
      clearTimeout(timer);
    },
  };
}
