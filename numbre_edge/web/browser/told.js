// An error whose message is for people: it says what to do.
export class Told extends Error {}
