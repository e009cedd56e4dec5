/** Prints whether it held. A check that failed leaves the others to be seen, and the program ends with 1. */
export async function check(sentence, body) {
  try {
    await body();
    console.log(`ok    ${sentence}`);
  } catch (error) {
    process.exitCode = 1;
    const said = `${error.stdout ?? ''}${error.stderr ?? error.message}`;
    console.log(`FAIL  ${sentence}\n${said.replace(/^/gm, '      ')}`);
  }
}
