/*
 * Where the parts of a deflate's working room lie, in bytes from its start. Nothing in it is read before it is written in the
 * same call, so that what lay there before never shows.
 */

/** Tokens after which a block ends: its two Huffman codes fit what is in it, and a change of tissue gets others. */
export const BLOCK_TOKENS: usize = 1 << 14;

/** Of a run that ends a block: 1 MiB in matches of 258 bytes, and what a turn of a loop may add. */
const RUN_TOKENS: usize = 4096 + 64;

/** Positions, in units, by a hash of the four bytes there, u16. */
export const HASH_BITS: u32 = 13;
export const HASH: usize = 0;

/** Counts of tokens by their first and second field, u32. */
export const FIRST_COUNTS: usize = HASH + (2 << HASH_BITS);
export const SECOND_COUNTS: usize = FIRST_COUNTS + 516 * 4;
export const SECOND_FIELDS: usize = 288;
export const COUNTS_END: usize = SECOND_COUNTS + SECOND_FIELDS * 4;

/** Counts of symbols, u32: literals and lengths, distances, code lengths. */
export const LITERAL_COUNTS: usize = COUNTS_END;
export const DISTANCE_COUNTS: usize = LITERAL_COUNTS + 288 * 4;

/** Codes of symbols, u32: the code, its first bit the lowest, above eight bits of its length. */
export const LITERAL_CODES: usize = DISTANCE_COUNTS + 32 * 4;
export const DISTANCE_CODES: usize = LITERAL_CODES + 288 * 4;

/** What a field of a token is written as, u32. */
export const FIRST_CODES: usize = DISTANCE_CODES + 32 * 4;
export const SECOND_CODES: usize = FIRST_CODES + 516 * 4;

/** What the building of codes and of a block's header needs. */
export const CODE_WORK: usize = SECOND_CODES + SECOND_FIELDS * 4;

/** Tokens of a block, u32. */
export const TOKENS: usize = CODE_WORK + 8192;

/** What a block of voxels in floating point holds, but for a run at its end, and the counts of their four bytes, u32. */
export const RUN_BLOCK_BYTES: usize = 1 << 16;
export const BYTE_COUNTS: usize = TOKENS + max((BLOCK_TOKENS + RUN_TOKENS) * 4, (RUN_BLOCK_BYTES / 4 + RUN_TOKENS) * 8);

export const WORK_BYTES: usize = BYTE_COUNTS + 4096;
