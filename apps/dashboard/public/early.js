// Runs before the page's modules are there: a file, because the policy allows no inline script.
try {
  // A remembered theme never flashes.
  const theme = localStorage.getItem('cb-theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: the system's preference decides.
}
try {
  // The list of breakers is on its way while the modules are; live/api.ts takes it.
  const token = sessionStorage.getItem('cb-token');
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  window.cbDirectory = fetch('/api/v1/directory?instances=0', { headers });
  window.cbDirectory.catch(() => {});
} catch {
  // It is asked for later.
}
