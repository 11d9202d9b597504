/** Signatures worked out apart from both ends: HMAC-SHA256 over the time as 8 bytes and the framed body. */
export const LDK_AUTH = {
  apiKeyHex: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
  unixSeconds: 1_700_000_000,
  vectors: [
    {
      what: 'an empty message',
      body: '0000000000',
      mac: '8e910463113c7e859952ecd36e6e234bc14e8354daeec0dce79088e26c89e913',
    },
    {
      what: 'GraphGetChannel of channel 1',
      body: '00000000020801',
      mac: 'b36a354b714aa03d8661c7c1fe5b78ad19f2f32fb964b033ad333699faa395db',
    },
  ],
} as const;
