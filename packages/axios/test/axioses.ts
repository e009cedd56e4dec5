import newest, { type AxiosInstance, type AxiosStatic } from 'axios';
import v027 from 'axios-0-27';
import v028 from 'axios-0-28';
import v035 from 'axios-0-35';
import v14 from 'axios-1-4';
import v17 from 'axios-1-7';
import v113 from 'axios-1-13';

/** Each version under test, with its number. What differs between their types is not what these tests are about. */
const axioses: readonly { version: string; axios: AxiosStatic }[] = (
  [v027, v028, v035, v14, v17, v113, newest] as unknown as AxiosStatic[]
).map((axios) => ({ version: axios.VERSION, axios }));

export const newestAxios: AxiosStatic = newest;

/** A way to send: an instance, and the adapters that it is tried with. */
export interface Way {
  readonly name: string;
  readonly axios: AxiosStatic;
  /** A fresh instance that knows no breaker. */
  readonly create: () => AxiosInstance;
}

export const ways: readonly Way[] = [
  ...axioses.map(
    ({ version, axios }): Way => ({
      name: `axios ${version}`,
      axios,
      create: () => axios.create({ proxy: false }),
    }),
  ),
  {
    name: `axios ${newest.VERSION}, adapter: 'fetch'`,
    axios: newest,
    create: () => newest.create({ adapter: 'fetch' }),
  },
];
