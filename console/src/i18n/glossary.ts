/**
 * The words that are the same in the whole product, English to Chinese. A test holds the Chinese dictionary to them.
 * `forbidden` are translations seen elsewhere that would make two words of one thing.
 */
export interface GlossaryTerm {
  en: string
  zh: string
  forbidden: string[]
}

export const glossary: GlossaryTerm[] = [
  { en: 'Registry', zh: '镜像仓库', forbidden: ['注册表', '注册中心', '仓库实例'] },
  { en: 'Space', zh: '镜像空间', forbidden: ['项目'] },
  { en: 'Workspace', zh: '工作空间', forbidden: ['工作区'] },
  { en: 'Namespace', zh: '命名空间', forbidden: ['名字空间'] },
  { en: 'Binding', zh: '绑定', forbidden: [] },
  { en: 'Pull credential', zh: '拉取凭证', forbidden: ['拉取凭据'] },
  { en: 'Repository', zh: '镜像库', forbidden: ['代码库', '存储库'] },
  { en: 'Artifact', zh: '制品', forbidden: ['工件'] },
  { en: 'Tag', zh: '标签', forbidden: [] },
  { en: 'Healthy', zh: '健康', forbidden: [] },
  { en: 'Degraded', zh: '降级', forbidden: [] },
  { en: 'Unhealthy', zh: '异常', forbidden: ['不健康'] },
  { en: 'Unknown', zh: '未知', forbidden: [] },
]
