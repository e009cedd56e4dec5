import { setTimeout as delay } from 'node:timers/promises';
import { DriverAdapterError, type SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { behaviourAt, type DatabaseName } from './script.ts';
import { type ScriptTime, scriptSeconds } from './script-time.ts';

/** A driver that does what the script says at this moment before it asks the real one: nothing above the driver is pretended. */
export function withTrouble(
  factory: SqlDriverAdapterFactory,
  name: DatabaseName,
  time: ScriptTime,
): SqlDriverAdapterFactory {
  const { provider, adapterName } = factory;
  const meetTrouble = async (): Promise<void> => {
    const { delayMs, badRatio } = behaviourAt(name, scriptSeconds(time));
    await delay(delayMs * (0.6 + 0.8 * Math.random()));
    if (Math.random() < badRatio)
      throw new DriverAdapterError({ kind: 'DatabaseNotReachable', host: name, port: 5432 });
  };
  const connect: SqlDriverAdapterFactory['connect'] = async () => {
    const driver = await factory.connect();
    return {
      provider,
      adapterName,
      queryRaw: (query) => meetTrouble().then(() => driver.queryRaw(query)),
      executeRaw: (query) => meetTrouble().then(() => driver.executeRaw(query)),
      executeScript: (script) => meetTrouble().then(() => driver.executeScript(script)),
      startTransaction: (level) => meetTrouble().then(() => driver.startTransaction(level)),
      dispose: () => driver.dispose(),
    };
  };
  return { provider, adapterName, connect };
}
