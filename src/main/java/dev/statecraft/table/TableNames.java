package dev.statecraft.table;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/**
 * Where the tables of this deployment are. A table is called prefix + its short name; template.yaml gives every
 * function the prefix of its stack, a developer's machine uses the default.
 */
@ConfigMapping(prefix = "statecraft.tables")
public interface TableNames {

    /** What every table name begins with (environment: {@code STATECRAFT_TABLES_PREFIX}). */
    @WithDefault("statecraft-")
    String prefix();

    /** Boards, their snapshots, and the matches rated on them. */
    default String boards() {
        return prefix() + "boards";
    }

    /** One entry a player, board and season; its stream feeds the rank trees. */
    default String entries() {
        return prefix() + "entries";
    }

    /** Nodes of the rank trees, written by the stream consumer only. */
    default String ranks() {
        return prefix() + "ranks";
    }

    /** Replicated entities, by space; the stream feeds their history. */
    default String entities() {
        return prefix() + "entities";
    }

    /** The commits of each space and its head; the stream feeds the statistics. */
    default String log() {
        return prefix() + "log";
    }

    /** Past versions of entities, written by the stream consumer only. */
    default String history() {
        return prefix() + "history";
    }

    /** Entity types, parked conflicts, players' subscriptions and the statistics of replication. */
    default String replication() {
        return prefix() + "replication";
    }

    /** Open connections and which spaces they follow. */
    default String connections() {
        return prefix() + "connections";
    }

    /** Keys, what tokens are signed with, and which games there are. */
    default String access() {
        return prefix() + "access";
    }

    /** How much each caller may still ask for, and which signatures were used. */
    default String limits() {
        return prefix() + "limits";
    }

    /** Registered migrations and the ledger of what was done with them. */
    default String migrations() {
        return prefix() + "migrations";
    }

    /** Erasures of players, their receipts, and the notifications that asked for them. */
    default String erasures() {
        return prefix() + "erasures";
    }

    /** What happened, in order; the stream feeds the event bus. */
    default String events() {
        return prefix() + "events";
    }

    /** How far streams are told, what boards follow, monitoring points. */
    default String integration() {
        return prefix() + "integration";
    }
}
