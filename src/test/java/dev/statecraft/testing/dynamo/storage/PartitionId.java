package dev.statecraft.testing.dynamo.storage;

import dev.statecraft.testing.dynamo.expression.ValueOrder;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A partition key, in the order of a scan.
 *
 * @param hash unsigned; equal keys have equal hashes
 */
public record PartitionId(long hash, AttributeValue value) implements Comparable<PartitionId> {

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    public static PartitionId of(AttributeValue value) {
        return new PartitionId(hash(value), value);
    }

    /** Which of {@code count} equal parts of the hashes contains this key, counted from 0. */
    public int slice(int count) {
        return (int) (((hash >>> Integer.SIZE) * count) >>> Integer.SIZE);
    }

    @Override
    public int compareTo(PartitionId other) {
        int byHash = Long.compareUnsigned(hash, other.hash);
        return byHash != 0 ? byHash : ValueOrder.compare(value, other.value);
    }

    private static long hash(AttributeValue value) {
        long hash = FNV_OFFSET;
        if (value.type() == AttributeValue.Type.B) {
            for (byte b : value.b().asByteArrayUnsafe()) {
                hash = (hash ^ (b & 0xff)) * FNV_PRIME;
            }
        } else {
            String text = value.type() == AttributeValue.Type.S ? value.s() : value.n();
            for (int i = 0; i < text.length(); i++) {
                hash = (hash ^ text.charAt(i)) * FNV_PRIME;
            }
        }
        // The finalizer of SplitMix64 spreads keys that differ only in the last character.
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return hash ^ (hash >>> 31);
    }
}
