// What the tests use of sax, an XML reader that none of ours is built on.
declare module 'sax' {
  interface Reader {
    onopentag: (tag: { readonly name: string; readonly attributes: Record<string, string> }) => void;
    onclosetag: () => void;
    ontext: (text: string) => void;
    onerror: (error: Error) => void;
    write(text: string): Reader;
    close(): void;
  }
  const sax: { parser(strict: boolean): Reader };
  export default sax;
}
