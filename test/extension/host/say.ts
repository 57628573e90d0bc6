// Prints a line for the person who runs the tests. Marked, so that it can be told from the workbench's own chatter.
export const say = (text: string): void => console.log(`| ${text}`);
