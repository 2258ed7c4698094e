package dev.statecraft.replication.entity;

/** Which types of entities scores are taken from. Scores are written by servers only, and so is what they come from. */
public interface SourceTypes {

    /** Whether a board of the game follows entities of a type; what was decided a moment ago may not be known yet. */
    boolean isSource(String game, String entityType);
}
