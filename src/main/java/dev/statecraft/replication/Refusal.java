package dev.statecraft.replication;

import java.util.List;

/** Why a mutation is not done; nothing of it is written. In order of precedence. */
public sealed interface Refusal {

    /** The request does not fit the entity; {@code field} is where. */
    record Unfit(String field, String detail) implements Refusal {}

    /** The state would be larger than a state may be. */
    record TooLarge(String detail) implements Refusal {}

    /** Whoever asks may not write this entity. */
    record Forbidden(String detail) implements Refusal {}

    /** There is no such entity, or it is deleted. */
    record NotFound() implements Refusal {}

    /** There is such an entity already. */
    record Exists() implements Refusal {}

    /** The entity is not at the version the request insists on. */
    record Stale() implements Refusal {}

    /** That version was never made or is not kept any more. */
    record VersionUnknown(long version) implements Refusal {}

    /** The stored values won every conflict. */
    record Lost(List<Conflict> conflicts, Strategy strategy) implements Refusal {}

    /** It was parked when it was sent before. */
    record Waited() implements Refusal {}

    /** Somebody has to decide; {@code update} is what there is to decide about. */
    record Undecided(Merge.Update update, List<Conflict> conflicts) implements Refusal {}
}
