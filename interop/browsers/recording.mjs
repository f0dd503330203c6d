// Checks the media files that a party wrote.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Decodes the whole file; an error if anything is wrong with it, else a description. */
export async function checkRecording(file) {
  const probe = await run('ffprobe', ['-v', 'error', '-count_packets', '-show_entries', 'stream=codec_name,codec_type,nb_read_packets', '-of', 'json', file]);
  const [stream] = JSON.parse(probe.stdout).streams;
  if (!stream) throw new Error(`${file} has no stream`);
  const packets = Number(stream.nb_read_packets);
  const least = stream.codec_type === 'video' ? 20 : 50;
  if (packets < least) throw new Error(`${file} has only ${packets} packets`);
  // Frames keep their own times: a browser's camera is not as regular as ffmpeg's guess of its rate.
  const times = ['-fps_mode', 'passthrough', '-enc_time_base', '-1'];
  const decode = await run('ffmpeg', ['-v', 'error', '-xerror', '-i', file, ...times, '-f', 'null', '-']);
  if (decode.stderr.trim()) throw new Error(`${file}: ${decode.stderr.trim().split('\n')[0]}`);
  if (stream.codec_type === 'audio') await checkLoudness(file);
  return `${packets} ${stream.codec_name} packets written and decoded`;
}

/** Recorded audio is not silence: browsers send a beep, other parties a tone. */
async function checkLoudness(file) {
  const { stderr } = await run('ffmpeg', ['-v', 'info', '-i', file, '-af', 'volumedetect', '-f', 'null', '-']);
  const loudest = Number(/max_volume: (\S+) dB/.exec(stderr)?.[1]);
  if (!(loudest > -60)) throw new Error(`${file} is silent: at most ${loudest} dB`);
}
