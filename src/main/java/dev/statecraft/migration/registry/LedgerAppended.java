package dev.statecraft.migration.registry;

/** An entry was appended to the migration history of a game. */
public record LedgerAppended(String game, LedgerEntry entry) {}
