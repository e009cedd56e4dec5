import { useLocation, useSearchParams } from 'wouter';
import { navigate } from 'wouter/use-browser-location';

/** The fleet as squares, by its address: a screen on a wall is set up once and then left alone. */
export function isWall(): boolean {
  return location.pathname === '/' && new URLSearchParams(location.search).get('wall') === '1';
}

export function useWall(): boolean {
  const [path] = useLocation();
  const [params] = useSearchParams();
  return path === '/' && params.get('wall') === '1';
}

export function toggleWall(): void {
  const params = new URLSearchParams(location.search);
  if (isWall()) params.delete('wall');
  else params.set('wall', '1');
  navigate(params.size > 0 ? `/?${params}` : '/');
}
