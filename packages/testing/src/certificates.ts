// Certificates of the chaos server, checked in because Node can make keys but no certificates. They guard nothing: whoever
// reads this file can speak for them, and the authority can sign no more, since its own key was thrown away.
//
// Made once with openssl 3, P-256, valid from 2020 to 2120 (the expired one: for a day of 2020). For each:
//   openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out NAME.key
//   openssl req -new -key NAME.key -subj /CN=localhost -out NAME.csr
//   openssl ca -in NAME.csr -cert ca.pem -keyfile ca.key -extfile NAME.ext -startdate … -enddate … -out NAME.pem
// with `-selfsign` for the authority and the self-signed one; NAME.ext says serverAuth, CA:FALSE and subjectAltName,
// which is `DNS:localhost,IP:127.0.0.1`, or `DNS:elsewhere.invalid` for the wrong host.

/** What is wrong with the certificate, if anything. */
export type Certificate =
  /** For `127.0.0.1` and `localhost`, signed by `chaosAuthority`. */
  | 'trusted'
  /** For the right host, signed by nobody but itself. */
  | 'self-signed'
  /** Signed by `chaosAuthority`, for `elsewhere.invalid`. */
  | 'wrong-host'
  /** As `'trusted'`, but for one day of 2020. */
  | 'expired';

/**
 * The authority (PEM) which signed the chaos server's certificates. A client that trusts it accepts `tls: 'trusted'`.
 *
 * @example
 * https.get(`${server.url}/`, { ca: chaosAuthority });
 */
export const chaosAuthority: string = `-----BEGIN CERTIFICATE-----
MIIBejCCASCgAwIBAgIUPmfgtkQp8BALiepKEAHGtUZ9jXQwCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPQ2hhb3MgYXV0aG9yaXR5MCAXDTIwMDEwMTAwMDAwMFoYDzIx
MjAwMTAxMDAwMDAwWjAaMRgwFgYDVQQDDA9DaGFvcyBhdXRob3JpdHkwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAARMAm5pCCaKJzJKzEDBoGOV6hMQG72f5gMOQwxb
BEXMiLcgp9cHKddEIy+CcweaFU3NRbAEapI5UFWJaRchnWW7o0IwQDAPBgNVHRMB
Af8EBTADAQH/MA4GA1UdDwEB/wQEAwICBDAdBgNVHQ4EFgQUFpvOeUlOxbngaQ0r
Rxi7Hp4oQdEwCgYIKoZIzj0EAwIDSAAwRQIhAJKb1jswTlfNtoyyIdkX2bgq1Ya4
faLhhUMQ7qTtPDRtAiB4OVwlo40votLM5NqqhbYQZvQ2O8hs3GF6AowiLiUOKA==
-----END CERTIFICATE-----
`;

/** Key and certificate (PEM) for each. */
export const credentials: Readonly<Record<Certificate, { readonly key: string; readonly cert: string }>> = {
  trusted: {
    key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjZSTiMQggArOpH8p
vfq1+t6I006YjQ5D0VBOzfnnI8GhRANCAAQ7aanE3XvSSB4w9fos19LEb+EBpESV
rqJUtKn91vnvsel1YnWphsXAdI2NjMnqVFrFghZoZMYoIBQT28dqGs8t
-----END PRIVATE KEY-----
`,
    cert: `-----BEGIN CERTIFICATE-----
MIIBsTCCAVagAwIBAgIUBe/SpF4LxzwFJ7dteb5XeOxhkaMwCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPQ2hhb3MgYXV0aG9yaXR5MCAXDTIwMDEwMTAwMDAwMFoYDzIx
MjAwMTAxMDAwMDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQ7aanE3XvSSB4w9fos19LEb+EBpESVrqJUtKn91vnvsel1
YnWphsXAdI2NjMnqVFrFghZoZMYoIBQT28dqGs8to34wfDATBgNVHSUEDDAKBggr
BgEFBQcDATAJBgNVHRMEAjAAMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAd
BgNVHQ4EFgQUHOfBLGHu/hqkRi+rVPnGfmC6rWUwHwYDVR0jBBgwFoAUFpvOeUlO
xbngaQ0rRxi7Hp4oQdEwCgYIKoZIzj0EAwIDSQAwRgIhAJ8ZMzWwF+xVXzxlo9Bi
B1Ks4wSvkgUO3fMp9g6E0vEoAiEAngIlrLnSmtEfWe0ggV9TPbjTCXThUhKKVMF1
/WH4Y0I=
-----END CERTIFICATE-----
`,
  },
  'self-signed': {
    key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2EPcwXBSdbQJIidB
LGmTHBoANyD2gK/y0i6akMg0J4KhRANCAAQctlr9nPLClJsJjIPG/pYOaAv/mlAs
F+zV2y9DlSrHGdj2ibvPkUn47jYFGWTxFWzYFqyftc0XIHSdZ7rqzfEj
-----END PRIVATE KEY-----
`,
    cert: `-----BEGIN CERTIFICATE-----
MIIBijCCAS+gAwIBAgIUE5WJqPdgdNjwHyJ4grhfa8BoyQowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAx
MDAwMDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQctlr9nPLClJsJjIPG/pYOaAv/mlAsF+zV2y9DlSrHGdj2ibvPkUn4
7jYFGWTxFWzYFqyftc0XIHSdZ7rqzfEjo10wWzATBgNVHSUEDDAKBggrBgEFBQcD
ATAJBgNVHRMEAjAAMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAdBgNVHQ4E
FgQULumkQxxtgpoZg151waUTzwEKbK8wCgYIKoZIzj0EAwIDSQAwRgIhAO/IV3Hf
6ZfnFrO470/hbFZZh6bg/a4y9AKTOwsmlfcDAiEAzTH+B9rARqOPi1+GF0tlj6Ku
MFDQh2JFCO00w4MyUo0=
-----END CERTIFICATE-----
`,
  },
  'wrong-host': {
    key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtX4an7kgGQ5EVbmD
sCjgeX5ZwGNjYLagFfg40NExz32hRANCAARxgnUb3Det2GXbT3uNoqoaLwWA0Uic
wTM9+4d+DilBU0vAK5ZuOhTs7+0RRFZyIVc+yZzY9OMXKsbEl/dPfpFR
-----END PRIVATE KEY-----
`,
    cert: `-----BEGIN CERTIFICATE-----
MIIBujCCAWGgAwIBAgIUGLPai1GHemKBRKA38DbfyK9tIOEwCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPQ2hhb3MgYXV0aG9yaXR5MCAXDTIwMDEwMTAwMDAwMFoYDzIx
MjAwMTAxMDAwMDAwWjAcMRowGAYDVQQDDBFlbHNld2hlcmUuaW52YWxpZDBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABHGCdRvcN63YZdtPe42iqhovBYDRSJzBMz37
h34OKUFTS8Arlm46FOzv7RFEVnIhVz7JnNj04xcqxsSX909+kVGjgYAwfjATBgNV
HSUEDDAKBggrBgEFBQcDATAJBgNVHRMEAjAAMBwGA1UdEQQVMBOCEWVsc2V3aGVy
ZS5pbnZhbGlkMB0GA1UdDgQWBBSsT8t4CeyemcFPP3HELhE8dEF3uTAfBgNVHSME
GDAWgBQWm855SU7FueBpDStHGLsenihB0TAKBggqhkjOPQQDAgNHADBEAiBtZ1XR
YpPgog1zXOydJJklb3NpuAWygcUB0DN7Qac3lQIgGC8/SXMyFsXevWtGlQEd7jhp
a0je8tl4wnXFhgFufqI=
-----END CERTIFICATE-----
`,
  },
  expired: {
    key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpZ5WVCU8hgRZilGz
DsRaAFmXahX9a+6Hv7j0tAE6owKhRANCAAQbwuevrflOUEQs3fwnWK5Xrp6sRJat
u0N5/3xTi7s/MSFOI+HzR+AedHPcUt9EPVnxPFfaP9HfCCN4mJztQ7bf
-----END PRIVATE KEY-----
`,
    cert: `-----BEGIN CERTIFICATE-----
MIIBrjCCAVSgAwIBAgIUZRCWzdtQB8eOaNs58yMvCVjqetEwCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPQ2hhb3MgYXV0aG9yaXR5MB4XDTIwMDEwMTAwMDAwMFoXDTIw
MDEwMjAwMDAwMFowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEG8Lnr635TlBELN38J1iuV66erESWrbtDef98U4u7PzEhTiPh
80fgHnRz3FLfRD1Z8TxX2j/R3wgjeJic7UO236N+MHwwEwYDVR0lBAwwCgYIKwYB
BQUHAwEwCQYDVR0TBAIwADAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwHQYD
VR0OBBYEFJ6tXIWVVHlIFKlHLxnYJjegtV27MB8GA1UdIwQYMBaAFBabznlJTsW5
4GkNK0cYux6eKEHRMAoGCCqGSM49BAMCA0gAMEUCIFZEsCkj74fZYEEdh9/+YMNw
CL6gkmwVE8DyHFh9f6NjAiEAiQrdn3LpQfdvCvtDi4f/I446ksagp8DZ2TR9zf2C
pho=
-----END CERTIFICATE-----
`,
  },
};
