import { compareInstances, type InstanceEntry, LANE } from '@cb/protocol';
import { useState } from 'react';
import { usePresentRow } from '../../live/hooks.ts';
import { store } from '../../live/live.ts';

/** The breaker that a dialog was opened for, as it is now. */
export interface Target {
  epoch: string;
  row: number;
  service: string;
  name: string;
  /** In the order of their names. */
  instances: InstanceEntry[];
}

/** Undefined once it is gone: the number of its row may mean another breaker by then. */
export function useTarget(row: number): Target | undefined {
  const [opened] = useState(() => ({ epoch: store.epoch, is: store.present(row) }));
  const present = usePresentRow(row);
  const { epoch, is } = opened;
  if (!present || !is || store.epoch !== epoch) return undefined;
  if (present.service !== is.service || present.name !== is.name) return undefined;
  const instances = [...present.instances].sort((a, b) => compareInstances(a.instance, b.instance));
  return { epoch, row, service: is.service, name: is.name, instances };
}

/** Whether an instance can be asked at all. */
export function takesCommands({ control, code }: InstanceEntry): boolean {
  return control === true && code !== LANE.noData;
}
