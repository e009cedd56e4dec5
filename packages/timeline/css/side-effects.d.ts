// A style sheet has no names to import: TypeScript only has to find it.
export {};
