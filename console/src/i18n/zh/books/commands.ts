import type { commands as english } from '../../en/books/commands'

export const commands: typeof english = {
  title: '拉取命令',
  client: '客户端',
  by: '引用方式',
  byTag: '标签',
  byDigest: '摘要',
  tag: '标签',
  command: (client) => `${client} 命令`,
  noTag: '没有标签指向它，因此使用摘要。',
  needs: {
    dockerInsecure: (host) => `该镜像仓库未加密：需先在 Docker 的 daemon.json 中将 ${host} 加入 insecure-registries，否则会被拒绝。`,
    runtimeInsecure: (host) => `该镜像仓库未加密：需先在容器运行时的配置中为 ${host} 指定 http，否则会被拒绝。`,
    helmDigest: () => '需要 Helm 3.18 或更高版本。',
  },
  refused: {
    odd: '名称中含有终端会执行的字符，因此不提供命令。',
    notAVersion: 'Helm 按版本拉取 Chart，而该标签不是版本号。请改用摘要。',
  },
}
