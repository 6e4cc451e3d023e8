// How smoothly the log viewer scrolls: seconds of wheel, keys, drags of the scroll bar and jumps through a log in Chromium.
//   node benchmark/scroll.mjs ADDRESS [SECONDS]
// Prints one JSON object: tasks over 50 ms with the longest, frames, the most rows in the document, and the heap of JavaScript over time,
// after everything that can be collected is gone, with the memory of WebAssembly.
import { chromium } from '@playwright/test';

const [address, seconds = '20'] = process.argv.slice(2);
if (!address) {
  console.error('usage: node benchmark/scroll.mjs ADDRESS [SECONDS]');
  process.exit(2);
}
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--enable-precise-memory-info'],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const devtools = await page.context().newCDPSession(page);
await devtools.send('Performance.enable');
await devtools.send('HeapProfiler.enable');

/** Bytes. */
async function heap() {
  await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find((metric) => metric.name === 'JSHeapUsedSize').value;
}

const failures = [];
page.on('pageerror', (error) => failures.push(String(error)));
// WebAssembly's memory is not part of the heap: it is noted where it is made.
await page.addInitScript(() => {
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const instantiate = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const made = await instantiate.apply(WebAssembly, given);
      // A part that is fetched later has none of its own.
      window.wasmMemory ??= (made.instance ?? made).exports.memory;
      return made;
    };
  }
});
await page.goto(address, { waitUntil: 'networkidle' });
const scroller = page.getByRole('region', { name: 'Lines of the log' });
// The browser has taken over.
await page.locator('.taken').waitFor();
await page.evaluate(() => {
  window.tasks = [];
  window.frames = [];
  new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
  const frame = (now) => {
    window.frames.push(now);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
});
const box = await scroller.boundingBox();
await page.mouse.move(box.x + box.width / 3, box.y + box.height / 2);
const heaps = [await heap()];
let rows = 0;
const end = Date.now() + Number(seconds) * 1000;
for (let step = 0; Date.now() < end; step += 1) {
  const phase = Math.floor(step / 25) % 4;
  if (phase === 0) {
    await page.mouse.wheel(0, 400);
  } else if (phase === 1) {
    await page.keyboard.press('PageDown');
  } else if (phase === 2) {
    await scroller.evaluate((element) => {
      element.scrollTop = Math.random() * element.scrollHeight;
    });
  } else {
    await page.mouse.wheel(0, step % 2 ? -6000 : 5000);
  }
  await page.waitForTimeout(30);
  if (step % 25 === 24) {
    rows = Math.max(rows, await page.locator('table.log tbody tr').count());
    heaps.push(await heap());
  }
}
const result = await page.evaluate(() => {
  const gaps = window.frames.slice(1).map((now, index) => now - window.frames[index]);
  gaps.sort((a, b) => a - b);
  return {
    long_tasks: window.tasks.length,
    longest_task_ms: Math.max(0, ...window.tasks),
    frames: gaps.length,
    frame_p50_ms: gaps[Math.floor(gaps.length / 2)],
    frame_p99_ms: gaps[Math.floor(gaps.length * 0.99)],
    wasm_bytes: window.wasmMemory?.buffer.byteLength,
  };
});
await browser.close();
console.log(JSON.stringify({ ...result, most_rows: rows, heap_first_bytes: heaps[0], heap_last_bytes: heaps.at(-1), heap_most_bytes: Math.max(...heaps), failures }));
process.exit(failures.length ? 1 : 0);
