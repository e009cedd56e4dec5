// Runs before the first paint (a file, because the policy allows no inline script): a remembered theme never flashes.
try {
  const theme = localStorage.getItem('cb-theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: the system's preference decides.
}
