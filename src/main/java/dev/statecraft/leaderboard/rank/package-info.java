/**
 * The rank tree: exact ranks at any size. A trie counts the entries of a season by score; the path of a score is known from
 * its bits, so rank and select read one batch of nodes. The stream consumer counts each change exactly once. A consistency
 * check compares a tree with its entries, and a rebuild replaces it while scores continue to arrive.
 *
 * <p>Reading order: {@link dev.statecraft.leaderboard.rank.RankTree} (rank and select, pure),
 * {@link dev.statecraft.leaderboard.rank.RankNode} and {@link dev.statecraft.leaderboard.rank.NodeDelta},
 * {@link dev.statecraft.leaderboard.rank.RankStore} (the table), {@link dev.statecraft.leaderboard.rank.RankCounter} (the
 * stream consumer), {@link dev.statecraft.leaderboard.rank.RankingService} (reads),
 * {@link dev.statecraft.leaderboard.rank.BoardConsistencyService}.
 */
@NullMarked
package dev.statecraft.leaderboard.rank;

import org.jspecify.annotations.NullMarked;
