/** Programs that train and serve. */
module dev.lanner.examples {
    requires dev.lanner.hstu;
    requires info.picocli;
    requires java.net.http;
    requires me.tongfei.progressbar;

    opens dev.lanner.examples to
            info.picocli;
}
