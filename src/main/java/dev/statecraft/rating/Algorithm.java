package dev.statecraft.rating;

/** The ways to reckon ratings, by the names they have in settings. */
public enum Algorithm {
    /** {@link Elo}. */
    ELO,
    /** {@link Glicko2}. */
    GLICKO2,
    /** {@link OpenSkill}. */
    OPENSKILL
}
