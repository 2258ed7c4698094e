package dev.statecraft.migration.segment;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A record as it was before a run changed it.
 *
 * @param id the entity
 * @param version of it; what the run made is the next one
 * @param schemaVersion what its state had gone through
 * @param state not to be changed
 */
public record BackupRecord(String id, long version, String schemaVersion, ObjectNode state) {}
