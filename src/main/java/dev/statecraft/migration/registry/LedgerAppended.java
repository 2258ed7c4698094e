package dev.statecraft.migration.registry;

/** An entry was appended to the ledger of a game. */
public record LedgerAppended(String game, LedgerEntry entry) {}
