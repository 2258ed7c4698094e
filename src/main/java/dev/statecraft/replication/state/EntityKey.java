package dev.statecraft.replication.state;

/** Where an entity is: its id in its space. */
public record EntityKey(String space, String id) {}
