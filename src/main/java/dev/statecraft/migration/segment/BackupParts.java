package dev.statecraft.migration.segment;

import dev.statecraft.migration.run.Run;
import java.util.List;

/**
 * The parts of the backups that a rollback restores. A part is a segment of the backup of a run. The parts of the newest
 * source are distributed over the segments of the rollback. The last segment then restores the parts of the earlier sources,
 * one source after the other, when the other segments are finished: the newest backup of a record is the one to restore.
 *
 * @param sources runs with a backup, oldest first
 * @param segments number of segments of the rollback
 */
record BackupParts(List<Run.Source> sources, int segments) {

    /** A segment of the backup of a run. */
    record Part(String run, int segment) {}

    private int ofNewest() {
        return sources.isEmpty() ? 0 : sources.get(sources.size() - 1).segments();
    }

    private int all() {
        return sources.stream().mapToInt(Run.Source::segments).sum();
    }

    /** The number of the first part that a segment of the rollback restores. */
    int first(int segment) {
        return Math.min(segment, ofNewest());
    }

    /** The number of the part after a part. */
    int after(int part) {
        return isEarlier(part) ? part + 1 : Math.min(part + segments, ofNewest());
    }

    /** Whether a part is one of an earlier source. */
    boolean isEarlier(int part) {
        return part >= ofNewest();
    }

    /** Whether a segment of the rollback restores a part. */
    boolean restores(int segment, int part) {
        return isEarlier(part) ? segment == segments - 1 && part < all() : part % segments == segment;
    }

    /** The part with a number. */
    Part part(int number) {
        int segment = number;
        int source = sources.size() - 1;
        while (segment >= sources.get(source).segments()) {
            segment -= sources.get(source).segments();
            source--;
        }
        return new Part(sources.get(source).run(), segment);
    }
}
