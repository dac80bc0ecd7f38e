package dev.lanner.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import org.junit.jupiter.api.Test;

class ModelWorkTest {
    @Test
    void productCountsMultiplicationsAndAdditions() {
        assertEquals(new Work(2 * 2 * 3 * 5, (6 + 15 + 10) * 4), ModelWork.product(2, 3, 5));
        assertEquals(2 * 2 * 2 * 3 * 5, ModelWork.productBackward(2, 3, 5).flops());
    }

    @Test
    void pairsAreThoseThatCausalityLeaves() {
        int[] offsets = {0, 1, 1, 5, 12};
        int counted = 0;
        for (int b = 0; b + 1 < offsets.length; b++) {
            for (int i = offsets[b]; i < offsets[b + 1]; i++) {
                for (int j = offsets[b]; j <= i; j++) {
                    counted++;
                }
            }
        }
        assertEquals(counted, ModelWork.pairs(offsets));
    }

    @Test
    void attentionIsTwoProductsForwardAndFiveBackward() {
        int[] offsets = {0, 3};
        assertEquals(6 * 2 * (8 + 8), ModelWork.attention(offsets, 8).flops());
        assertEquals(6 * 2 * 5 * 8, ModelWork.attentionBackward(offsets, 8).flops());
    }

    @Test
    void stepOfOneEventAddsUpItsParts() {
        HstuConfig config = ScalingAxis.article(4, 1, 1);
        JaggedBatch batch = Workload.histories(1, 1);
        double products = 2 * (4 * 16 + 4 * 4 + 8 * 4 + 4 * 4 + 8 * 4 + 4);
        double attention = 7 * 2 * 4;
        double loss = 3 * 2 * 4 * (config.loss().negatives() + 1);
        assertEquals(3 * products + attention + loss, ModelWork.stepFlops(config, batch, 10));
    }

    @Test
    void stepGrowsLinearlyInTheRowsOfHistoriesOfOneLength() {
        HstuConfig config = HstuConfig.article();
        double one = ModelWork.stepFlops(config, Workload.histories(1, 50), Workload.ITEMS);
        double eight = ModelWork.stepFlops(config, Workload.histories(8, 50), Workload.ITEMS);
        assertEquals(8 * one, eight, 1e-9 * eight);
    }
}
