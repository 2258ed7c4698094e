package dev.statecraft.replication.state;

/** Identifies an entity of a game: its space and its id. */
public record EntityKey(String space, String id) {}
