// Periodic refreshes of a section.

/**
 * Runs a task now, periodically, and whenever the returned function is called. While the page is hidden the task is deferred.
 *
 * @param task returns the milliseconds until the next run, or nothing for the default interval
 */
export function repeat(task, millis, signal, failed) {
  let timer = 0;
  let running = false;
  let due = false;
  const run = async () => {
    clearTimeout(timer);
    if (running || document.hidden) {
      due = true;
      return;
    }
    running = true;
    due = false;
    let pause = millis;
    try {
      pause = (await task()) || millis;
      failed(null);
    } catch (e) {
      if (!signal.aborted) {
        failed(e);
      }
      pause = Math.max(millis, 5000);
    }
    running = false;
    if (!signal.aborted) {
      timer = setTimeout(run, due ? 250 : pause);
    }
  };
  document.addEventListener('visibilitychange', () => due && run(), { signal });
  signal.addEventListener('abort', () => clearTimeout(timer));
  run();
  return () => run();
}
