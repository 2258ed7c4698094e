package dev.statecraft.rating;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The ways to reckon ratings, by the names they have in settings. */
@Schema(name = "RatingAlgorithm")
public enum Algorithm {
    /** {@link Elo}. */
    ELO,
    /** {@link Glicko2}. */
    GLICKO2,
    /** {@link OpenSkill}. */
    OPENSKILL
}
