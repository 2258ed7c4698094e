package dev.statecraft.table;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/**
 * Names of the tables of this deployment: prefix + short name. template.yaml sets the prefix of the stack on every
 * function; a developer's machine uses the default.
 */
@ConfigMapping(prefix = "statecraft.tables")
public interface TableNames {

    /** Prefix of all table names. template.yaml sets the name of the stack and a hyphen. */
    @WithDefault("statecraft-")
    String prefix();

    /** Boards, their snapshots, and their rated matches. */
    default String boards() {
        return prefix() + "boards";
    }

    /** One entry per player, board and season; the stream feeds the rank trees. */
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

    /** The commit log and the head of each space; the stream feeds the statistics. */
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

    /** Open connections and the spaces they are subscribed to. */
    default String connections() {
        return prefix() + "connections";
    }

    /** Requests that wait for a combined write of items that many instances write. */
    default String intents() {
        return prefix() + "intents";
    }

    /** API keys, signing keys of tokens, and the list of games. */
    default String access() {
        return prefix() + "access";
    }

    /** Rate limits of callers, used nonces of signed requests, and requests with an idempotency key. */
    default String limits() {
        return prefix() + "limits";
    }

    /** Registered migrations and the migration history. */
    default String migrations() {
        return prefix() + "migrations";
    }

    /** Erasures of players, their receipts, and the notifications that requested them. */
    default String erasures() {
        return prefix() + "erasures";
    }

    /** The event feed; the stream feeds the event bus. */
    default String events() {
        return prefix() + "events";
    }

    /** Source positions of streams, bindings of boards to entities, monitoring data points, and the audit trail. */
    default String integration() {
        return prefix() + "integration";
    }
}
