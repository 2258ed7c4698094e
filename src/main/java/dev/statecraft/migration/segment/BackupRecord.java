package dev.statecraft.migration.segment;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A record before a run changed it.
 *
 * @param id id of the entity
 * @param version entity version; the run wrote the next one
 * @param schemaVersion schema version of the state
 * @param state the state; callers must not change it
 */
public record BackupRecord(String id, long version, String schemaVersion, ObjectNode state) {}
