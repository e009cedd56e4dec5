// A vitest reporter that ends the log with one plain line: 'N passed, N failed, N skipped'.
export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      let failed = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'failed') failed++;
        else counts[state === 'passed' ? 'passed' : 'skipped']++;
      }
      // A file that could not be loaded, or a hook that threw, has no failed test of its own.
      counts.failed += failed === 0 && !module.ok() ? 1 : failed;
    }
    process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  }
}
