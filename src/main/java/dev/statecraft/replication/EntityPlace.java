package dev.statecraft.replication;

/** Where an entity is: its id in its space. */
public record EntityPlace(String space, String id) {}
