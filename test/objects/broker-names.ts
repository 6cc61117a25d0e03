/** Both sides of the broker's tests name worlds so: the Workers, and the tests in Node. */
export const nameOf = (world: number): string => `world${world}`;
