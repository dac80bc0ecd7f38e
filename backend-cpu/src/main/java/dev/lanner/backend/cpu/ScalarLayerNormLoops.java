package dev.lanner.backend.cpu;

/** {@link LayerNormLoops} in plain Java, for JVMs without the Vector API. */
final class ScalarLayerNormLoops implements LayerNormLoops {
    @Override
    public void statistics(int n, double epsilon, float[] x, int xOffset, float[] statistics, int at) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x[xOffset + i];
        }
        float mean = (float) (sum / n);
        double squares = 0;
        for (int i = 0; i < n; i++) {
            float centred = x[xOffset + i] - mean;
            squares += centred * centred;
        }
        statistics[at] = mean;
        statistics[at + 1] = (float) (1 / Math.sqrt(squares / n + epsilon));
    }

    @Override
    public void normalise(
            int n,
            float mean,
            float inverse,
            float[] x,
            int xOffset,
            float[] u,
            int uOffset,
            float[] gamma,
            int gammaOffset,
            float[] beta,
            int betaOffset,
            float[] y,
            int yOffset) {
        for (int i = 0; i < n; i++) {
            float normal = (x[xOffset + i] - mean) * inverse;
            y[yOffset + i] = (normal * gamma[gammaOffset + i] + beta[betaOffset + i]) * u[uOffset + i];
        }
    }

    @Override
    public void gateGradient(
            int n,
            float mean,
            float inverse,
            float[] x,
            int xOffset,
            float[] u,
            int uOffset,
            float[] gamma,
            int gammaOffset,
            float[] beta,
            int betaOffset,
            float[] dy,
            int dyOffset,
            float[] du,
            int duOffset,
            float[] dn,
            float[] sums,
            int sumsOffset,
            float[] projections) {
        double sum = 0;
        double projection = 0;
        for (int i = 0; i < n; i++) {
            float normal = (x[xOffset + i] - mean) * inverse;
            float scale = gamma[gammaOffset + i];
            float gradient = dy[dyOffset + i];
            du[duOffset + i] = gradient * (normal * scale + beta[betaOffset + i]);
            float gated = gradient * u[uOffset + i];
            sums[sumsOffset + i] += gated * normal;
            sums[sumsOffset + n + i] += gated;
            float ofNormal = gated * scale;
            dn[i] = ofNormal;
            sum += ofNormal;
            projection += ofNormal * normal;
        }
        projections[0] = (float) (sum / n);
        projections[1] = (float) (projection / n);
    }

    @Override
    public void inputGradient(
            int n,
            float mean,
            float inverse,
            float[] x,
            int xOffset,
            float[] dn,
            float[] projections,
            float[] dx,
            int dxOffset) {
        for (int i = 0; i < n; i++) {
            float normal = (x[xOffset + i] - mean) * inverse;
            dx[dxOffset + i] = inverse * (dn[i] - projections[0] - normal * projections[1]);
        }
    }
}
