package dev.statecraft.replication.commit;

import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.merge.Merge;
import dev.statecraft.replication.state.Strategy;
import java.util.List;

/** Why a mutation is not done; nothing of it is written. In order of precedence. */
public sealed interface Rejection {

    /** The request does not fit the entity; {@code field} is where. */
    record Unfit(String field, String detail) implements Rejection {}

    /** The state would be larger than a state may be. */
    record TooLarge(String detail) implements Rejection {}

    /** Whoever asks may not write this entity. */
    record Forbidden(String detail) implements Rejection {}

    /** There is no such entity, or it is deleted. */
    record NotFound() implements Rejection {}

    /** There is such an entity already. */
    record Exists() implements Rejection {}

    /** The entity is not at the version the request insists on. */
    record Stale() implements Rejection {}

    /** That version was never made or is not kept any more. */
    record VersionUnknown(long version) implements Rejection {}

    /** The stored values won every conflict. */
    record Lost(List<Conflict> conflicts, Strategy strategy) implements Rejection {}

    /** It was parked when it was sent before. */
    record Waited() implements Rejection {}

    /** Somebody has to decide; {@code update} is what there is to decide about. */
    record Undecided(Merge.Update update, List<Conflict> conflicts) implements Rejection {}
}
