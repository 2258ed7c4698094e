package dev.statecraft.replication.command;

/** The entity types that boards take scores from. Only servers may write entities of these types. */
public interface SourceTypes {

    /** True if a board of the game is bound to entities of a type. A recent change may not be visible yet. */
    boolean isSource(String game, String entityType);
}
