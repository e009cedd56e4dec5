import { useKeyList } from '../../lib/key-list.ts';

function buttons(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('.policy-open')];
}

/** `j` and `k` go from policy to policy; Enter is the button's own. */
export function usePolicyKeys(): void {
  const at = () => buttons().indexOf(document.activeElement as HTMLElement);
  useKeyList({
    step: (by) => {
      const all = buttons();
      all[Math.min(all.length - 1, Math.max(0, at() + by))]?.focus();
    },
    open: () => buttons()[at()]?.click(),
    focused: () => at() >= 0,
  });
}
